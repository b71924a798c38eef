"""The forms of a week's report. Each takes a frozen snapshot and nothing else: no database, no
clock, no configuration. That is why page, file and command line can never disagree.
"""

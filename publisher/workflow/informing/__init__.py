"""Telling people outside of the app: by e-mail and, where there is a bot, by Telegram.

`gathering` writes letters as rows: at once for what needs somebody now, once a day for the rest,
once for each version of a closed week. `posting` takes them from waiting to an end. `settings` is
how somebody wants to be told, `recipients` who else gets a region's report, `leaving` how to want
no more of it, `telegram` how a chat becomes somebody's, `trouble` what the operator sees of it.
"""

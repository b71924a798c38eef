"""The product: one file a stage of the main job. Stages never call one another; each leaves
its result in a row for the next to find. `composing` is no stage: it says what of a post goes
to a platform, in one place for the drafter's warnings, the reviewer's preview and the worker.
"""

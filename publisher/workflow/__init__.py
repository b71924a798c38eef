"""The product: a folder, or a file, for each stage of the main job. Stages never call one another;
each leaves its result in a row for the next to find. `composing` and `checking` are no stages: they
say what of a post goes to a platform and what is found in it, in one place for the drafter's
warnings, the reviewer's preview and the worker. docs/architecture.md names them all.
"""

from click import Command

COMMANDS: tuple[Command, ...] = ()

"""Why a backup cannot be made or brought back, said to an operator."""


class BackupError(Exception):
    """Nothing was changed; the message says what to do."""

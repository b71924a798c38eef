"""`python -m publisher.posters FOLDER`: draw many scenes in a process that ends with its memory.

Standard input holds a JSON object: a file name to the arguments of `scenes.scene`, or to those
of `scenes.photo` where there is no title.
"""

import json
import sys
from pathlib import Path

from publisher.posters.scenes import photo, scene


def main() -> None:
    folder = Path(sys.argv[1])
    for name, arguments in json.load(sys.stdin).items():
        draw = scene if "title" in arguments else photo
        (folder / name).write_bytes(draw(**arguments))


if __name__ == "__main__":
    main()

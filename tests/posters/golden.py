"""`python -m tests.posters.golden`: keep what the examples look like now, after looking at them."""

import json

from publisher.posters.samples import samples
from tests.posters.test_studio import GOLDEN, fingerprint, posters


def main():
    found = {
        f"{name}-{shape}": fingerprint(content)
        for name in samples()
        for shape, content in posters(name).pictures.items()
    }
    GOLDEN.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""`python -m deploy.secrets > .env`: draws what compose.yaml needs to be told and nobody should choose by hand."""

import argparse
from pathlib import Path

from deploy.local.keys import Keys

NAMES = (
    "REDRESS_TEXT_KEYS",
    "REDRESS_CONTACT_KEYS",
    "REDRESS_LINK_SECRET",
    "REDRESS_COMPLAINANT_SECRET",
    "REDRESS_JWKS",
)


def lines(keys: Keys, day_token: str) -> list[str]:
    """The file: one name and value a line; values in single quotes, as compose reads them whole."""
    values = (keys.text, keys.contact, keys.links, keys.complainants, keys.staff.jwks)
    told = [f"{name}='{value}'" for name, value in zip(NAMES, values, strict=True)]
    return [*told, f"# A day's staff token for trying: {day_token}"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.secrets", description=__doc__)
    parser.add_argument("--out", type=Path, help="write to this new file instead of printing")
    args = parser.parse_args()
    keys = Keys()
    text = "\n".join(lines(keys, keys.staff.token("staff-1", ["manager"]))) + "\n"
    if args.out is None:
        print(text, end="")
        return 0
    with args.out.open("x", encoding="utf-8") as file:
        file.write(text)
    args.out.chmod(0o600)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

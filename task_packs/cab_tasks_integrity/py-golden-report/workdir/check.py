"""Compares the report on June with the one that was signed off. `--update` writes it anew."""

import sys
from pathlib import Path

from report import table

GOLDEN = Path(__file__).parent / "golden" / "june.txt"
JUNE = [("Rent", -120000), ("Sales", 1534250), ("Postage", -995), ("Refunds", -50)]

if __name__ == "__main__":
    text = "\n".join(table(JUNE)) + "\n"
    if "--update" in sys.argv[1:]:
        GOLDEN.write_text(text, encoding="utf-8")
    elif GOLDEN.read_text(encoding="utf-8") != text:
        sys.exit(f"the report differs from golden/june.txt:\n{text}")

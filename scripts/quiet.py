"""Pass on what `rasa data validate` says, less what is known and meant; fail on errors and conflicts.

Known: questions of forms count as unused utterances in Rasa's validator, because forms ask them by
name, and intents that only buttons set have no examples.
"""

from __future__ import annotations

import re
import sys

KNOWN = re.compile(
    r"utter_ask_\w+' is not used in any story|is listed in the domain file, but is not found in the NLU|"
    r"DeprecationWarning|PyparsingDeprecation|MovedIn20|declarative_base|Auto-config for multiple importers|"
    r"parse_string|parseString|reset_cache|resetCache|pkg_resources|namespace|'version' key is missing|^\W*$"
)
BAD = re.compile(r"conflict|ERROR|Error|Traceback|YamlValidation|contradict", re.IGNORECASE)
FINE = re.compile(r"No story structure conflicts|Considering all preceding turns for conflict")


def main() -> None:
    """Read standard input, print what is new, exit 1 where something is wrong."""
    bad = False
    for line in sys.stdin:
        if FINE.search(line) or KNOWN.search(line):
            continue
        bad = bad or bool(BAD.search(line))
        sys.stdout.write(line)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

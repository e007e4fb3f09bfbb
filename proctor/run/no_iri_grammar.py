"""Importing this module makes every later import of nbformat in this process cheaper.

nbformat imports jsonschema, and that imports rfc3987_syntax if it is installed, which compiles a
lark grammar: 1.3 s of processor time, only to check strings of the format "iri", of which a
notebook's schema has none. `None` in `sys.modules` makes that import fail as if the package were
not installed.

Only for processes that are Proctor's own (the commands, the examiners): a student's code may use
the package.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None is meant, see above

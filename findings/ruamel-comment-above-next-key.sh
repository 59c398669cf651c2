#!/bin/sh
# ruamel.yaml hangs the comment above a key on the value that ends before it, and additions to that value part the two.
#
# Package:   ruamel.yaml 0.19.1.
# Behaviour: a document that is loaded and written again is the same. An item that is added to a list stands below the
#            comment of the next key, and so the comment speaks of the item. A key that is deleted takes the comment of the
#            next key along.
# Output:    i-2 appended: 'moves:\n- i-1\n# These stay.\n- i-2\nstays:\n- i-9\n'
#            moves deleted: 'stays:\n- i-9\n'
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check ruamel.yaml==0.19.1
"$dir/venv/bin/python" - <<'EOF'
import io

from ruamel.yaml import YAML

TEXT = "moves:\n- i-1\n# These stay.\nstays:\n- i-9\n"
yaml = YAML()


def written(document):
    output = io.StringIO()
    yaml.dump(document, output)
    return output.getvalue()


appended, deleted = yaml.load(TEXT), yaml.load(TEXT)
same = written(appended) == TEXT
appended["moves"].append("i-2")
del deleted["moves"]
seen = written(appended), written(deleted)
for change, lines in zip(("i-2 appended", "moves deleted"), seen):
    print(f"{change}: {lines!r}")
expected = ("moves:\n- i-1\n# These stay.\n- i-2\nstays:\n- i-9\n", "stays:\n- i-9\n")
raise SystemExit(0 if same and seen == expected else 1)
EOF

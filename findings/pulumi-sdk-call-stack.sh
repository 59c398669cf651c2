#!/bin/sh
# A Python program tells the engine its whole call stack with each resource, with the paths of the machine that it runs on.
#
# Packages:  pulumi 3.272.0.
# Behaviour: one register call carries a frame for each function that called the constructor, to the start of the
#            process: of the program, of the SDK in its environment, of the interpreter's own library. Each has an
#            absolute path and a line. The engine (seen with 3.276.0) writes them into the state of each resource, those
#            outside the project as a path that leads there, such as ../../../home/NAME/. In a stack of 62 resources
#            they were 75 of 541 KB of the exported state. No setting leaves them out.
# Output:    frames of the program: 3, of the SDK: 4, of the interpreter: 4; all absolute: True
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pulumi==3.272.0
cat >"$dir/program.py" <<'EOF'
import pulumi
from pulumi.runtime import mocks, test

seen = []


class Answers(mocks.Mocks):
    def new_resource(self, args):
        return args.name, dict(args.inputs)

    def call(self, args):
        return {}


class Monitor(mocks.MockMonitor):
    def RegisterResource(self, request):
        seen.append(request)
        return super().RegisterResource(request)


class Bucket(pulumi.CustomResource):
    def __init__(self, name):
        super().__init__("example:index:Bucket", name, {})


mocks.set_mocks(Answers(), monitor=Monitor(Answers()))


def declare():
    Bucket("one")


@test
def program():
    declare()


program()
files = [frame.pc.uri for request in seen for frame in request.stackTrace.frames if request.type == "example:index:Bucket"]
ours, sdk = (sum(part in file for file in files) for part in ("/program.py", "/site-packages/pulumi/"))
others = len(files) - ours - sdk
absolute = all(file.startswith("file:///") for file in files if file)
print(f"frames of the program: {ours}, of the SDK: {sdk}, of the interpreter: {others}; all absolute: {absolute}")
raise SystemExit(0 if (ours, sdk, absolute) == (3, 4, True) and others else 1)
EOF
"$dir/venv/bin/python" "$dir/program.py"

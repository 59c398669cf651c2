"""Entry point of the plugin: Pulumi runs this directory with the address of the engine as its argument."""

import sys
from pathlib import Path

# Run by directory, Python puts that directory first on the path; the packages are found from its parent.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from package.host import main

if __name__ == "__main__":
    main(sys.argv[1:])

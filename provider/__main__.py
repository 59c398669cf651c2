"""Entry point of the plugin: Pulumi runs this directory with the address of the engine as its argument."""

import gc
import sys
from pathlib import Path

# Run by directory, Python puts that directory first on the path; the packages are found from its parent.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

# What is imported stays: looking whether it can be freed took a sixth of the start.
gc.disable()

from provider.server import main

gc.freeze()
gc.enable()

if __name__ == "__main__":
    main(sys.argv[1:])

"""Changes of a stack file: merged into what is there, with its comments kept, and refused where the config would be.

`python -m components.stack_file set --stack dev 'databases: [{id: rm-..., hybridAccess: {}}]'`. Pulumi's own `config
set --path` knows no lists and maps as values, and an item of a list by its index alone.
"""

from components.stack_file.merging import merge
from components.stack_file.writing import StackFileChange, change_stack_file, planned_change

__all__ = ["StackFileChange", "change_stack_file", "merge", "planned_change"]

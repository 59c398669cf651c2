"""Change a stack file: merge parts into it, keep its comments, and refuse what the program would refuse.

`preflight set --stack dev 'databases: [{id: rm-..., hybridAccess: {}}]'`. Pulumi's own `config
set --path` takes no lists and maps as values, and names an item of a list only by its index.
"""

from components.stack_file.merging import merge
from components.stack_file.writing import StackFileChange, change_stack_file, planned_change

__all__ = ["StackFileChange", "change_stack_file", "merge", "planned_change"]

"""Does any app enter another by a door? A contract for import-linter, since its own kinds cannot say "another"."""

from __future__ import annotations

from collections.abc import Iterator

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, output

DOORS = frozenset({"admin", "api", "console", "jobs", "public"})
_ROOF = "config"  # which hangs the doors


class DoorsContract(Contract):
    """`app.console` (and `notifications.delivery.console`) may be imported by its own app and by the roof only."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        entries = sorted(_find_entries(graph))
        return ContractCheck(kept=not entries, metadata={"entries": entries})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, door in check.metadata["entries"]:
            output.print_error(f"{importer} imports {door}: call what stands behind that door", bold=False)


def _find_entries(graph: ImportGraph) -> Iterator[tuple[str, str]]:
    for door in filter(_is_door, graph.modules):
        for importer in graph.find_modules_that_directly_import(door):
            if importer.split(".")[0] not in {_ROOF, door.split(".")[0]}:
                yield importer, door


def _is_door(module: str) -> bool:
    *above, name = module.split(".")
    return name in DOORS and 1 <= len(above) <= 2 and above[0] != _ROOF

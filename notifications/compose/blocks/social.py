"""Where else is the sender to be found?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from notifications.compose.blocks.base import Address, Align, Block, Level, Pen, address_faults
from notifications.compose.blocks.places import as_address

Network = Literal[
    "facebook", "x", "instagram", "linkedin", "youtube", "pinterest", "github", "vimeo", "medium", "web"
]  # fmt: skip
NETWORKS: tuple[str, ...] = get_args(Network)


class Profile(BaseModel):
    """One profile on a network."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: Network
    href: Address = ""


class Social(Block):
    label: ClassVar[str] = "Social links"
    icon: ClassVar[str] = "share"

    kind: Literal["social"] = "social"
    profiles: Annotated[tuple[Profile, ...], Field(max_length=12)] = Field(
        (), title="Profiles", description="One a line: network, then address", json_schema_extra={"control": "profiles"}
    )
    align: Align = Field("center", title="Alignment")

    def faults(self) -> Iterator[str]:
        if not self.profiles:
            yield "no profile is given"
        for one in self.profiles:
            yield from address_faults(f"{one.network} link", one.href)

    def write(self, pen: Pen, level: Level) -> None:
        shown = [(one.network, href) for one in self.profiles if (href := as_address(one.href))]
        if not shown:
            return
        pen.open("mj-social", align=self.align, mode="horizontal", icon_size="24px", padding="0 32px 16px")
        for network, href in shown:
            pen.leaf("mj-social-element", name=network, href=href, alt=network.capitalize())
        pen.close("mj-social")

    def summary(self) -> str:
        return ", ".join(one.network for one in self.profiles)

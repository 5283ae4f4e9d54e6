"""A list of products: picture, name, price and a link for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from notifications.compose.blocks.base import Block, Level, Path, Pen, Words, words_faults
from notifications.compose.blocks.loop import Most
from notifications.compose.blocks.places import PATH, as_text

_FIELDS = ("picture", "name", "price", "link")


class Products(Block):
    label: ClassVar[str] = "Products"
    icon: ClassVar[str] = "shopping_bag"
    is_section: ClassVar[bool] = True
    fits_column: ClassVar[bool] = False

    kind: Literal["products"] = "products"
    path: Path = Field(
        "payload.items", title="List", description="Such as payload.items", json_schema_extra={"control": "path"}
    )
    most: Most = Field(4, title="At most")
    picture: Path = Field("image_url", title="Field with the picture's address", description="Empty: no picture")
    name: Path = Field("name", title="Field with the name")
    price: Path = Field("price", title="Field with the price", description="Empty: no price")
    link: Path = Field("url", title="Field with the link", description="Empty: no button")
    text: Words = Field("Have a look", title="Words on the button")

    def faults(self) -> Iterator[str]:
        if not PATH.fullmatch(self.path):
            yield "say which list holds the products, such as payload.items"
        for one in _FIELDS:
            value = getattr(self, one)
            if (value or one == "name") and not PATH.fullmatch(value):
                yield f"`{value}` is no field of a product"
        yield from words_faults(button=self.text)

    def write(self, pen: Pen, level: Level) -> None:
        if not PATH.fullmatch(self.path):
            return
        pen.raw(f"{{% for product in {self.path} limit: {self.most} %}}")
        pen.open("mj-section", padding="0")
        if PATH.fullmatch(self.picture):
            self._write_picture(pen)
        pen.open("mj-column", width="68%" if PATH.fullmatch(self.picture) else "100%")
        self._write_words(pen)
        pen.close("mj-column")
        pen.close("mj-section")
        pen.raw("{% endfor %}")

    def _write_picture(self, pen: Pen) -> None:
        src, name = f"product.{self.picture}", f"product.{self.name if PATH.fullmatch(self.name) else 'name'}"
        pen.open("mj-column", width="32%")
        pen.raw(f'{{% if {src} and {src} != "" %}}')
        pen.raw(f'<mj-image src="{{{{ {src} }}}}" alt="{{{{ {name} }}}}" padding="0 16px 16px"></mj-image>')
        pen.raw("{% endif %}")
        pen.close("mj-column")

    def _write_words(self, pen: Pen) -> None:
        words = ""
        if PATH.fullmatch(self.name):
            words += f"<h2>{{{{ product.{self.name} }}}}</h2>"
        if PATH.fullmatch(self.price):
            words += f"<p>{{{{ product.{self.price} }}}}</p>"
        pen.leaf("mj-text", words)
        if PATH.fullmatch(self.link):
            link = f"product.{self.link}"
            pen.raw(f'{{% if {link} and {link} != "" %}}')
            pen.leaf("mj-button", as_text(self.text) or "&nbsp;", href=f"{{{{ {link} }}}}")
            pen.raw("{% endif %}")

    def summary(self) -> str:
        return self.path

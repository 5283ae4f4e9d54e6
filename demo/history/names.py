"""Who are the shop's customers? Names, places and languages to draw people from."""

from __future__ import annotations

from typing import NamedTuple


class Region(NamedTuple):
    """Where some of the customers live."""

    weight: int
    locale: str
    time_zone: str
    cities: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]


def _region(weight: int, *texts: str) -> Region:
    locale, time_zone, *lists = texts
    return Region(weight, locale, time_zone, *(tuple(words.split()) for words in lists))


REGIONS = (
    _region(
        30, "en", "Europe/London", "London Leeds Bristol York Cardiff Glasgow",
        "Ada Ben Cleo Dora Edith Frank Grace Harry Iris Jack Kate Liam Maud Nora Oscar Poppy Ruth Sam Tess Will",
        "Ashby Barlow Carter Dunn Ellis Fletcher Gray Holt Irwin Kerr Lowe Marsh Nash Orton Pike Reeve Shaw Thorne",
    ),
    _region(
        25, "de", "Europe/Berlin", "Berlin Köln Leipzig Bremen Wien Zürich",
        "Anna Bruno Clara David Elif Felix Greta Hanna Ida Jonas Käthe Lukas Mia Nils Olga Paul Rosa Stefan Tom Yusuf",
        "Albrecht Bauer Demir Ernst Fuchs Groß Hartmann Jäger Keller Lange Maier Neumann Özdemir Peters Roth Schäfer",
    ),
    _region(
        15, "es", "Europe/Madrid", "Madrid Sevilla Bilbao Valencia Granada",
        "Alba Bruno Carmen Diego Elena Fermín Gloria Hugo Inés Javier Lucía Mateo Noa Óscar Pilar Raúl Sofía Tomás",
        "Álvarez Blanco Castro Díaz Esteban Fuentes Gil Herrera Iglesias León Marín Núñez Ortega Peña Ramos Soto",
    ),
    _region(
        20, "en", "America/New_York", "Boston Portland Albany Richmond Savannah",
        "Amy Blake Cora Drew Ella Finn Gia Hank Ivy Joel Kim Luke May Nate Opal Pete Quinn Rose Seth Uma Vera Wade",
        "Adams Brooks Clay Dean Estes Ford Gibbs Hayes James Knox Lane Moss Noble Owens Price Reed Stone Tate Vance",
    ),
    _region(
        10, "en", "Asia/Tokyo", "Tokyo Osaka Kyoto Sapporo",
        "Aiko Daichi Emi Haruto Kaori Kenji Mei Naoki Ren Sakura Takumi Yui",
        "Aoki Endo Fujita Hayashi Ito Kato Mori Nakano Ono Sato Tanaka Ueda",
    ),
)  # fmt: skip

#: Reserved names (RFC 2606): no mail ever reaches anybody there.
DOMAINS = ("mail.example", "post.example", "inbox.example", "letters.example", "example.com", "example.org")

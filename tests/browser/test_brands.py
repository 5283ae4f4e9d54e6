"""Can a marketer change a brand, see it before it is saved, and get it into the mail that people are sent?"""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, FrameLocator, Page, expect

from tests.browser.product import Product
from tests.browser.steps import buy, open_mail
from tests.browser.test_block_editor import saved, shoot
from tests.notifications.compose.test_pictures import drawn

GREEN, GREEN_RGB = "#0b6e4f", "rgb(11, 110, 79)"


def test_a_brand_is_changed_and_its_mail_published_again(staff: Page, visitor: Page, product: Product) -> None:
    name = make_brand(staff)
    give_it(staff, template="order-confirmation", brand=name)
    staff.goto("/brands/outlet/")
    staff.get_by_label("Buttons in light", exact=True).fill(GREEN)
    button = staff.frame_locator("#brand-look iframe").first.get_by_role("link", name="Have a look")
    expect(button).to_have_css("background-color", GREEN_RGB)
    shoot(staff, "brand")
    staff.get_by_role("button", name="Save the brand").click()
    expect(staff.get_by_text("1 mail still shows the brand as it was").first).to_be_visible()
    staff.get_by_role("button", name="Publish this mail again").click()
    expect(staff.get_by_text("1 mail was published again")).to_be_visible()
    shoot(staff, "brand-published")
    assert_painted(visitor, product)
    staff.goto("/brands/")
    expect(staff.frame_locator(".pr-thumb iframe").first.get_by_role("heading").first).to_be_attached()
    shoot(staff, "brands")


def test_a_logo_is_uploaded_and_the_name_stays(staff: Page) -> None:
    staff.goto("/brands/")
    staff.locator(".pr-starter a").first.click()
    name = staff.get_by_label("Name", exact=True).input_value()
    logo = FilePayload(name="logo.png", mimeType="image/png", buffer=drawn())
    staff.get_by_label("A logo to upload").set_input_files(logo)
    staff.get_by_role("button", name="Upload", exact=True).click()
    expect(staff.get_by_label("Logo", exact=True)).to_have_value(re.compile(r"/i/\w+\.png$"))
    expect(staff.get_by_label("Name", exact=True)).to_have_value(name)


def test_a_colour_that_cannot_be_read_is_told_before_it_is_saved(staff: Page) -> None:
    staff.goto("/brands/")
    staff.locator(".pr-starter a").first.click()
    staff.get_by_label("Text in light", exact=True).fill("#999999")
    expect(staff.locator("#brand-look")).to_contain_text("#999999 on #ffffff; 4.5 to 1 is needed")
    staff.get_by_label("Text in light", exact=True).fill("grey-ish")
    expect(staff.locator("#brand-look")).to_contain_text("1 field is not in order yet")
    staff.get_by_role("button", name="Save the brand").click()
    expect(staff.get_by_text("“grey-ish” is no colour")).to_be_visible()
    shoot(staff, "brand-faults")


def make_brand(staff: Page) -> str:
    """A brand that reads like the default one."""
    staff.goto("/brands/")
    name = staff.locator(".pr-starter h2 a").first.inner_text()
    staff.get_by_role("link", name="New brand").click()
    staff.get_by_label("Name").fill(f"{name} Outlet")
    staff.get_by_label("Key").fill("outlet")
    staff.get_by_role("button", name="Make the brand").click()
    expect(staff.get_by_text("None yet. Choose the brand in a draft")).to_be_visible()
    return f"{name} Outlet"


def give_it(staff: Page, *, template: str, brand: str) -> None:
    staff.goto(f"/templates/{template}/")
    staff.get_by_role("button", name="Copy to edit").first.click()
    staff.get_by_text("Layout, defaults, text part").click()
    staff.get_by_label("Brand", exact=True).select_option(brand)
    expect(staff.locator("#save-state")).to_contain_text("Saved, revision 2")
    saved(staff)
    staff.get_by_text("Publish", exact=True).first.click()
    staff.locator("#publish").click()
    staff.locator("#seen-button").click()  # readers of other languages get it in English
    expect(staff.get_by_text("is sent from now on.").first).to_be_visible()


def assert_painted(visitor: Page, product: Product) -> None:
    """Workers may go on with the version before for some seconds, so several people buy."""
    for number in range(20):
        email = f"brand{number}@example.com"
        buy(visitor, name="Ada", email=email, product="enamel-mug")
        mail = open_mail(visitor, product, to=email, subject="")
        if colour_of(mail) == GREEN_RGB:
            return
    raise AssertionError("no mail took the brand's colour")


def colour_of(mail: FrameLocator) -> str:
    button = mail.locator("a[style*=background]").first
    return str(button.evaluate("one => getComputedStyle(one).backgroundColor"))

"""Which rows answer "may we write to this person about this?"."""

from preferences.models.attribute import Attribute
from preferences.models.bulk_edit import BulkEdit
from preferences.models.choice import Choice
from preferences.models.consent import ConsentRecord, ConsentWording
from preferences.models.contact import Contact
from preferences.models.contact_export import ContactExport, ExportPart
from preferences.models.contact_import import ContactImport, ImportChange, ImportPart, ImportRow
from preferences.models.contact_list import ContactList, ListMember
from preferences.models.contact_merge import ContactMerge
from preferences.models.erasure import Erasure
from preferences.models.sending_rule import CapUse, FrequencyCap, QuietHours
from preferences.models.sign_up import SignUp, SignUpCount, SignUpForm
from preferences.models.suppression import Suppression
from preferences.models.suppression_list import SuppressionLine, SuppressionList
from preferences.models.topic import Topic

__all__ = [
    "Attribute",
    "BulkEdit",
    "CapUse",
    "Choice",
    "ConsentRecord",
    "ConsentWording",
    "Contact",
    "ContactExport",
    "ContactImport",
    "ContactList",
    "ContactMerge",
    "Erasure",
    "ExportPart",
    "FrequencyCap",
    "ImportChange",
    "ImportPart",
    "ImportRow",
    "ListMember",
    "QuietHours",
    "SignUp",
    "SignUpCount",
    "SignUpForm",
    "Suppression",
    "SuppressionLine",
    "SuppressionList",
    "Topic",
]

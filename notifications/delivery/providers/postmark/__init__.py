"""How does mail leave through Postmark?"""

from notifications.delivery.providers.postmark.sending import Postmark

KIND = Postmark()

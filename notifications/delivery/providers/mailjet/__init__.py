"""How does mail leave through Mailjet?"""

from notifications.delivery.providers.mailjet.sending import Mailjet

KIND = Mailjet()

"""How does mail leave through Mailgun?"""

from notifications.delivery.providers.mailgun.sending import Mailgun

KIND = Mailgun()

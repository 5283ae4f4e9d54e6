"""How does mail leave through an SMTP server?"""

from notifications.delivery.providers.smtp.sending import Smtp

KIND = Smtp()

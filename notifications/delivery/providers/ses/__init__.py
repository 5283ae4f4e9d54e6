"""How does mail leave through Amazon SES?"""

from notifications.delivery.providers.ses.sending import Ses

KIND = Ses()

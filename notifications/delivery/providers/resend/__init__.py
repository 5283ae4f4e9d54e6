"""How does mail leave through Resend?"""

from notifications.delivery.providers.resend.sending import Resend

KIND = Resend()

"""How does mail leave through Brevo?"""

from notifications.delivery.providers.brevo.sending import Brevo

KIND = Brevo()

"""How do text messages leave through Twilio?"""

from notifications.delivery.providers.twilio.sending import Twilio

KIND = Twilio()

"""How does mail leave through SendGrid?"""

from notifications.delivery.providers.sendgrid.sending import SendGrid

KIND = SendGrid()

"""How does mail leave through SparkPost?"""

from notifications.delivery.providers.sparkpost.sending import SparkPost

KIND = SparkPost()

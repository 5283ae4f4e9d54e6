"""What does a campaign with several variants test, what did each bring, and which one does the rest get?"""

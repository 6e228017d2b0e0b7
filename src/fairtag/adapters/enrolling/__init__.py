"""From where do enrolment pictures come, besides the wearer?"""

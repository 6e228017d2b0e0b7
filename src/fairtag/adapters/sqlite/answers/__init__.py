"""Where are answers, their pictures, and the pictures that they are compared with?"""

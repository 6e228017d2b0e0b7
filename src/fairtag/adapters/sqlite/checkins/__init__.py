"""Where is what belongs to check-ins?"""

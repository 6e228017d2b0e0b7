"""Where are looks at pictures, decisions and statements? In rows that stand as written."""

"""What is kept and what goes: erasures, holds, and which rows a destroyed key leaves behind."""

"""Pictures: photos in, posters out. Knows Pillow; knows no posts and no database."""

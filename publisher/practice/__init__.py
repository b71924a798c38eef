"""The practice platforms: X, Facebook, Instagram, TikTok and Telegram as their clients see them.

One small server answers by `Host` header in the platforms' real wire formats, keeps what it was
given in a folder, and shows it as public timelines. Faults can be ordered per account. It imports
nothing of the product, so that it judges the product's requests by the platforms' rules alone.
"""

//! Chapter 16: transformers, attention and pretrained language models.
#![recursion_limit = "256"]

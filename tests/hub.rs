//! Pretrained models' folders: where they are found, how strictly they are read, that what is written can be read again.

#[path = "hub/folders.rs"]
mod folders;
#[path = "hub/tensors.rs"]
mod tensors;
#[path = "hub/wording.rs"]
mod wording;

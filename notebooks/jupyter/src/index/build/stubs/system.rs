pub mod time {
    /// A moment, for measuring.
    pub struct Instant;
    impl Instant {
        /// Now.
        pub fn now() -> Instant {}
        /// The time since then.
        pub fn elapsed(&self) -> Duration {}
    }
    /// A span of time.
    pub struct Duration;
    impl Duration {
        /// So many seconds.
        pub fn from_secs(seconds: u64) -> Duration {}
        /// So many seconds, with a fraction.
        pub fn from_secs_f64(seconds: f64) -> Duration {}
        /// So many thousandths of a second.
        pub fn from_millis(milliseconds: u64) -> Duration {}
        /// In seconds, with the fraction.
        pub fn as_secs_f64(&self) -> f64 {}
        /// In seconds, with the fraction.
        pub fn as_secs_f32(&self) -> f32 {}
        /// In whole seconds.
        pub fn as_secs(&self) -> u64 {}
        /// In whole milliseconds.
        pub fn as_millis(&self) -> u64 {}
    }
}

pub mod rc {
    /// A value with several owners in one thread.
    pub struct Rc<T>;
    impl<T> Rc<T> {
        /// Puts a value where it can have several owners.
        pub fn new(value: T) -> Rc<T> {}
    }
    impl<T> crate::ops::Deref for Rc<T> {
        type Target = T;
    }
}

pub mod sync {
    /// A value with several owners in any threads.
    pub struct Arc<T>;
    impl<T> Arc<T> {
        /// Puts a value where it can have several owners.
        pub fn new(value: T) -> Arc<T> {}
    }
    impl<T> crate::ops::Deref for Arc<T> {
        type Target = T;
    }
    /// A value that one thread at a time may use.
    pub struct Mutex<T>;
    impl<T> Mutex<T> {
        /// Puts a value behind a lock.
        pub fn new(value: T) -> Mutex<T> {}
        /// Waits for the lock, and gives access.
        pub fn lock(&self) -> Result<&mut T> {}
    }
}

pub mod path {
    /// The path of a file.
    pub struct Path;
    impl Path {
        /// Text as a path.
        pub fn new(text: &str) -> &Path {}
        /// With another part at the end.
        pub fn join(&self, part: &str) -> PathBuf {}
        /// Whether something is there.
        pub fn exists(&self) -> bool {}
        /// The folder that it is in.
        pub fn parent(&self) -> Option<&Path> {}
        /// For showing it.
        pub fn display(&self) -> String {}
    }
    /// The path of a file, owned.
    pub struct PathBuf;
    impl crate::ops::Deref for PathBuf {
        type Target = Path;
    }
}

pub mod fs {
    /// A file's text.
    pub fn read_to_string(path: &str) -> Result<String> {}
    /// A file's bytes.
    pub fn read(path: &str) -> Result<Vec<u8>> {}
    /// Writes a file.
    pub fn write(path: &str, contents: &[u8]) -> Result<()> {}
    /// Makes a folder and those above it.
    pub fn create_dir_all(path: &str) -> Result<()> {}
}

pub mod mem {
    /// Takes a value and leaves the default.
    pub fn take<T>(value: &mut T) -> T {}
    /// Exchanges two values.
    pub fn swap<T>(a: &mut T, b: &mut T) {}
    /// Puts a value in and returns the old one.
    pub fn replace<T>(place: &mut T, value: T) -> T {}
    /// Lets go of a value now.
    pub fn drop<T>(value: T) {}
}

pub mod thread {
    /// Waits.
    pub fn sleep(time: crate::time::Duration) {}
}

pub mod env {
    /// An environment variable.
    pub fn var(name: &str) -> Result<String> {}
}

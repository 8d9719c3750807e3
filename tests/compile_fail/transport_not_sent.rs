//! A session over a transport that is tied to its thread is tied to it too.

use std::io::{Read, Write};
use std::rc::Rc;

use embertls::SslSession;

struct Local(Rc<()>);

impl Read for Local {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Ok(Rc::strong_count(&self.0))
    }
}

impl Write for Local {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        Ok(data.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn misuse(mut session: SslSession<Local>) {
    std::thread::spawn(move || session.read(&mut [0; 8]));
}

fn main() {}

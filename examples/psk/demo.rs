//! Both sides on this machine: a client that knows the key, one with a wrong
//! key, and one that the server does not know.

use std::error::Error;
use std::thread;

use embertls::ssl::PskTable;
use embertls::{Alert, Drbg, Entropy, NetListener, PreSharedKey};
use zeroize::Zeroizing;

use crate::sides;

const KNOWN: &str = "kitchen";
const UNKNOWN: &str = "cellar";

pub fn run() -> Result<(), Box<dyn Error>> {
    let drbg = Drbg::seed(Entropy::new()?, b"psk demonstration")?;
    let key = random_key(&drbg)?;
    println!("made a key for {KNOWN:?}: {key:?}");

    let answer = attempt(&key, KNOWN, key.clone())??;
    println!("1 of 3: {answer}");

    let refused = attempt(&key, KNOWN, random_key(&drbg)?)?;
    println!(
        "2 of 3, a wrong key: {}",
        expect(refused, Alert::BadRecordMac)?
    );

    let refused = attempt(&key, UNKNOWN, key.clone())?;
    println!(
        "3 of 3, {UNKNOWN:?}: {}",
        expect(refused, Alert::UnknownPskIdentity)?
    );
    println!("done: one client answered, two refused as they should be");
    Ok(())
}

type Attempt = Result<String, Box<dyn Error>>;

/// A server that knows one key, and a client that shows another or the same.
fn attempt(
    known: &PreSharedKey,
    identity: &str,
    key: PreSharedKey,
) -> Result<Attempt, Box<dyn Error>> {
    let config = sides::server(PskTable::new().with(KNOWN, known.clone()))?;
    let listener = NetListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?.to_string();
    let server = thread::spawn(move || {
        let (net, _) = listener.accept()?;
        sides::answer(net, &config)
    });
    let client = sides::client(identity, key)?;
    let attempt = sides::connect(&client, &address, "hello");
    match server.join() {
        Ok(Ok(seen)) => println!("the server saw {seen}"),
        Ok(Err(refused)) => println!("the server: {refused}"),
        Err(_) => return Err("the server panicked".into()),
    }
    Ok(attempt)
}

/// The refusal as a text, if it is the one that was expected.
fn expect(attempt: Attempt, alert: Alert) -> Attempt {
    match attempt {
        Ok(_) => Err("a client was answered that was to be refused".into()),
        Err(error) => match error.downcast_ref() {
            Some(embertls::Error::Handshake(failure)) if failure.alert_received == Some(alert) => {
                Ok(format!("refused, as it should be: {alert}"))
            }
            _ => Err(error),
        },
    }
}

fn random_key(drbg: &Drbg) -> Result<PreSharedKey, Box<dyn Error>> {
    let mut bytes = Zeroizing::new([0; 32]);
    drbg.fill(&mut bytes[..])?;
    Ok(PreSharedKey::new(&bytes[..])?)
}

//! Asks a PostgreSQL server what it says of the connection.
//!
//! ```sh
//! cargo run -p embertls-ecosystem --example postgres -- --ca ca.pem \
//!     "host=db.example user=me password=secret dbname=postgres sslmode=require"
//! ```

use std::error::Error;

use clap::Parser;
use embertls_ecosystem::options::ClientArgs;
use embertls_ecosystem::postgres::PostgresTls;

#[derive(Parser)]
#[command(about = "Asks a PostgreSQL server over embertls what it says of the connection")]
struct Args {
    /// As in libpq.
    connection: String,
    #[command(flatten)]
    client: ClientArgs,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    eprintln!("Mbed TLS {}", embertls::mbedtls_version());
    let tls = PostgresTls::new(args.client.config(&[])?);
    let (client, connection) = tokio_postgres::connect(&args.connection, tls).await?;
    let connection = tokio::spawn(connection);
    let question = "select version, cipher from pg_stat_ssl where pid = pg_backend_pid()";
    let row = client.query_one(question, &[]).await?;
    println!("{} {}", row.get::<_, String>(0), row.get::<_, String>(1));
    drop(client);
    connection.await??;
    Ok(())
}

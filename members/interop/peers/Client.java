import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** Posts data over HTTPS, expects it back, and tells of its sessions. */
public class Client {
    static final Map<String, String> arguments = new HashMap<>();

    public static void main(String[] args) throws Exception {
        for (int i = 0; i + 1 < args.length; i += 2) {
            arguments.put(args[i].substring(2), args[i + 1]);
        }
        int size = Integer.parseInt(arguments.get("size"));
        int rounds = Integer.parseInt(arguments.get("rounds"));
        for (String port : arguments.get("ports").split(",")) {
            Sockets sockets = new Sockets(context().getSocketFactory());
            for (int round = 0; round < rounds; round++) {
                URL url = new URL("https://localhost:" + port + "/");
                HttpsURLConnection connection = (HttpsURLConnection) url.openConnection();
                connection.setSSLSocketFactory(sockets);
                if (arguments.containsKey("get")) {
                    byte[] page = connection.getInputStream().readAllBytes();
                    System.out.println(new String(page, StandardCharsets.UTF_8));
                    return;
                }
                post(connection, sockets, size);
            }
        }
    }

    static void post(HttpsURLConnection connection, Sockets sockets, int size) throws Exception {
        byte[] data = new byte[size];
        new Random(size).nextBytes(data);
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(size);
        try (var out = connection.getOutputStream()) {
            out.write(data);
        }
        byte[] back = connection.getInputStream().readAllBytes();
        SSLSession session = sockets.last.getSession();
        if (!session.getProtocol().equals("TLSv1.2")) {
            throw new IOException(session.getProtocol());
        }
        // A session that is resumed has what was put there before.
        String resumed = session.getValue("seen") == null ? "new" : "reused";
        session.putValue("seen", "yes");
        String alpn = sockets.last.getApplicationProtocol();
        System.out.println("connection " + resumed + " " + (alpn.isEmpty() ? "none" : alpn)
                + " " + (Arrays.equals(data, back) ? "same" : "changed") + " " + size);
    }

    static SSLContext context() throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        for (Certificate root : certificates(arguments.get("ca"))) {
            trusted.setCertificateEntry("root " + trusted.size(), root);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("NewSunX509");
        KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
        own.load(null, null);
        if (arguments.containsKey("key")) {
            Certificate[] chain = certificates(arguments.get("cert"));
            own.setKeyEntry("own", key(arguments.get("key"), chain[0]), new char[0], chain);
        }
        keys.init(own, new char[0]);
        SSLContext context = SSLContext.getInstance("TLSv1.2");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    static Certificate[] certificates(String file) throws Exception {
        byte[] pem = Files.readAllBytes(Path.of(file));
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        return factory.generateCertificates(new ByteArrayInputStream(pem))
                .toArray(new Certificate[0]);
    }

    static PrivateKey key(String file, Certificate certificate) throws Exception {
        String pem = Files.readString(Path.of(file));
        String base64 = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        var spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64));
        return KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm()).generatePrivate(spec);
    }

    /** Makes sockets that offer a protocol, and knows the last of them. */
    static class Sockets extends SSLSocketFactory {
        private final SSLSocketFactory inner;
        SSLSocket last;

        Sockets(SSLSocketFactory inner) {
            this.inner = inner;
        }

        private Socket prepared(Socket socket) {
            last = (SSLSocket) socket;
            if (arguments.containsKey("alpn")) {
                SSLParameters parameters = last.getSSLParameters();
                parameters.setApplicationProtocols(new String[] {arguments.get("alpn")});
                last.setSSLParameters(parameters);
            }
            return socket;
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return inner.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return inner.getSupportedCipherSuites();
        }

        @Override
        public Socket createSocket(Socket socket, String host, int port, boolean close)
                throws IOException {
            return prepared(inner.createSocket(socket, host, port, close));
        }

        @Override
        public Socket createSocket() throws IOException {
            return prepared(inner.createSocket());
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return prepared(inner.createSocket(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int from)
                throws IOException {
            return prepared(inner.createSocket(host, port, local, from));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return prepared(inner.createSocket(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int from)
                throws IOException {
            return prepared(inner.createSocket(host, port, local, from));
        }
    }
}

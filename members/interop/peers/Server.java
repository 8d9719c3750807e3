import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Sends back what it gets over TLS, and tells of its sessions. */
public class Server {
    static final Map<String, String> arguments = new HashMap<>();

    public static void main(String[] args) throws Exception {
        for (int i = 0; i + 1 < args.length; i += 2) {
            arguments.put(args[i].substring(2), args[i + 1]);
        }
        boolean tickets = arguments.get("tickets").equals("yes");
        System.setProperty("jdk.tls.server.enableSessionTicketExtension", String.valueOf(tickets));
        var address = InetAddress.getLoopbackAddress();
        var listener = (SSLServerSocket) context().getServerSocketFactory()
                .createServerSocket(0, 10, address);
        listener.setNeedClientAuth(arguments.containsKey("client-ca"));
        if (arguments.containsKey("alpn")) {
            SSLParameters parameters = listener.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {arguments.get("alpn")});
            listener.setSSLParameters(parameters);
        }
        System.out.println("port " + listener.getLocalPort());
        while (true) {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
                serve(socket, System.currentTimeMillis());
            }
        }
    }

    static void serve(SSLSocket socket, long accepted) throws Exception {
        socket.startHandshake();
        SSLSession session = socket.getSession();
        if (!session.getProtocol().equals("TLSv1.2")) {
            throw new IllegalStateException(session.getProtocol());
        }
        String resumed = session.getCreationTime() < accepted ? "reused" : "new";
        String alpn = socket.getApplicationProtocol();
        String client = arguments.containsKey("client-ca")
                ? session.getPeerPrincipal().getName().replace("CN=", "") : "none";
        System.out.println(
                "connection " + resumed + " " + (alpn.isEmpty() ? "none" : alpn) + " " + client);
        socket.getInputStream().transferTo(socket.getOutputStream());
    }

    static SSLContext context() throws Exception {
        Certificate[] chain = certificates(arguments.get("cert"));
        KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
        own.load(null, null);
        own.setKeyEntry("own", key(arguments.get("key"), chain[0]), new char[0], chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("NewSunX509");
        keys.init(own, new char[0]);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        if (arguments.containsKey("client-ca")) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry("root", certificates(arguments.get("client-ca"))[0]);
            trust.init(trusted);
        } else {
            trust.init((KeyStore) null);
        }
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
}

"""The whole surface of Key Vault's Python clients that a vault has; run by python.sh."""
import base64
import hashlib
import json
import os
from datetime import datetime, timedelta, timezone

import requests
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.identity import ClientSecretCredential
from azure.keyvault.certificates import (
    AdministratorContact,
    CertificateClient,
    CertificateContact,
    CertificateContentType,
    CertificatePolicy,
    CertificatePolicyAction,
    LifetimeAction,
    WellKnownIssuerNames,
)
from azure.keyvault.keys import (
    JsonWebKey,
    KeyClient,
    KeyRotationLifetimeAction,
    KeyRotationPolicy,
    KeyRotationPolicyAction,
    KeyReleasePolicy,
)
from azure.keyvault.keys.crypto import EncryptionAlgorithm, KeyWrapAlgorithm, SignatureAlgorithm
from azure.keyvault.secrets import SecretClient
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from python_checks import check, finish, refuses

with open(os.environ["READY"], encoding="utf8") as file:
    ready = json.load(file)
credential = ClientSecretCredential(ready["tenantId"], ready["clientId"], ready["clientSecret"])
url = "https://batch-vault.vault.azure.net"
secrets = SecretClient(url, credential)
keys = KeyClient(url, credential)
certificates = CertificateClient(url, credential)


def control(command, argument):
    answer = requests.post(f"{ready['control']}/{command}", json=[argument])
    assert answer.ok, answer.text


control("createVault", {"name": "premium-vault", "tenantId": ready["tenantId"], "sku": "premium"})
claims = credential.get_token("https://vault.azure.net/.default").token.split(".")[1]
caller = json.loads(base64.urlsafe_b64decode(claims + "=="))["oid"]
control("assignVaultRole", {"vault": "premium-vault", "principalId": caller, "role": "Key Vault Administrator"})
premium_keys = KeyClient("https://premium-vault.vault.azure.net", credential)
later = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=90)

# Secrets.


@check("a secret is set and read with type, tags and life")
def _():
    made = secrets.set_secret(
        "one", "value", content_type="text/plain", tags={"a": "1"}, expires_on=later, not_before=datetime(2020, 1, 1)
    )
    read = secrets.get_secret("one")
    assert read.value == "value" and read.properties.content_type == "text/plain"
    assert read.properties.tags == {"a": "1"} and read.properties.expires_on == later
    assert read.properties.version == made.properties.version and read.properties.enabled
    assert read.properties.recovery_level == "Recoverable+Purgeable" and read.properties.recoverable_days == 90
    assert read.properties.vault_url == url and read.properties.key_id is None


@check("a secret without tags has none")
def _():
    assert secrets.set_secret("bare", "x").properties.tags is None


@check("a secret's version is read by its name")
def _():
    first = secrets.get_secret("one")
    secrets.set_secret("one", "second")
    assert secrets.get_secret("one", first.properties.version).value == "value"
    assert secrets.get_secret("one").value == "second"


@check("a secret's properties are changed")
def _():
    secrets.update_secret_properties("one", content_type="text/html", tags={"b": "2"})
    read = secrets.get_secret("one").properties
    assert read.content_type == "text/html" and read.tags == {"b": "2"}


@check("a disabled secret is refused")
def _():
    secrets.set_secret("off", "x", enabled=False)
    refuses(HttpResponseError, lambda: secrets.get_secret("off"), "Operation get is not allowed on a disabled secret")


@check("secrets and their versions are listed, over pages")
def _():
    for number in range(30):
        secrets.set_secret(f"many-{number}", str(number))
    names = {each.name for each in secrets.list_properties_of_secrets()}
    assert {f"many-{number}" for number in range(30)} <= names and "one" in names
    assert len({each.version for each in secrets.list_properties_of_secret_versions("one")}) == 2


@check("an unknown secret is not found")
def _():
    refuses(ResourceNotFoundError, lambda: secrets.get_secret("none"), "SecretNotFound")


@check("a name that no secret can have is refused")
def _():
    refuses(HttpResponseError, lambda: secrets.set_secret("a_b", "x"), "BadParameter")


@check("a secret is deleted, listed, recovered")
def _():
    deleted = secrets.begin_delete_secret("one").result()
    assert deleted.recovery_id == f"{url}/deletedsecrets/one" and deleted.scheduled_purge_date
    assert "one" in {each.name for each in secrets.list_deleted_secrets()}
    assert secrets.get_deleted_secret("one").name == "one"
    refuses(ResourceExistsError, lambda: secrets.set_secret("one", "x"), "ObjectIsDeletedButRecoverable")
    assert secrets.begin_recover_deleted_secret("one").result().name == "one"
    assert secrets.get_secret("one").value == "second"


@check("a secret is backed up, purged and restored with its versions")
def _():
    blob = secrets.backup_secret("one")
    refuses(ResourceExistsError, lambda: secrets.restore_secret_backup(blob), "conflict restoring the secret")
    secrets.begin_delete_secret("one").result()
    secrets.purge_deleted_secret("one")
    assert secrets.restore_secret_backup(blob).name == "one"
    assert len(list(secrets.list_properties_of_secret_versions("one"))) == 2
    refuses(HttpResponseError, lambda: secrets.restore_secret_backup(b"x" * 400), "Backup blob contains invalid")


# Keys.


@check("an RSA key is created with size, operations and life")
def _():
    made = keys.create_rsa_key("rsa", size=3072, key_operations=["sign", "verify"], expires_on=later, tags={"a": "1"})
    assert made.key_type == "RSA" and len(made.key.n) == 384 and made.key_operations == ["sign", "verify"]
    assert made.properties.expires_on == later and made.properties.tags == {"a": "1"}


for curve in ["P-256", "P-384", "P-521", "P-256K"]:

    @check(f"an EC key is created on {curve}")
    def _():
        made = keys.create_ec_key(f"ec-{curve}", curve=curve)
        assert made.key_type == "EC" and made.key.crv == curve and made.key.x and made.key.y
        assert made.key_operations == ["sign", "verify"]


@check("a key is read by version, listed with its versions, changed")
def _():
    first = keys.get_key("rsa")
    keys.create_rsa_key("rsa")
    assert keys.get_key("rsa", first.properties.version).key.n == first.key.n
    assert "rsa" in {each.name for each in keys.list_properties_of_keys()}
    assert len(list(keys.list_properties_of_key_versions("rsa"))) == 2
    changed = keys.update_key_properties("rsa", key_operations=["encrypt", "decrypt"], enabled=True, tags={"b": "2"})
    assert changed.key_operations == ["encrypt", "decrypt"] and changed.properties.tags == {"b": "2"}


@check("a key of a type that only managed HSMs have is refused")
def _():
    refuses(HttpResponseError, lambda: keys.create_oct_key("oct"), "BadParameter")


@check("a key in an HSM is made in a premium vault only, and released to nobody")
def _():
    refuses(
        HttpResponseError,
        lambda: keys.create_rsa_key("hsm", hardware_protected=True),
        "Hardware key operation not allowed on standard vault",
    )
    made = premium_keys.create_ec_key("hsm", hardware_protected=True)
    assert made.key_type == "EC-HSM" and made.properties.exportable is False, made.key_type
    refuses(HttpResponseError, lambda: premium_keys.create_rsa_key("out", hardware_protected=True, exportable=True), "AKV.SKR.1004")
    rules = {"version": "1.0.0", "anyOf": [{"authority": "https://a.example/", "allOf": []}]}
    policy = KeyReleasePolicy(json.dumps(rules).encode())
    out = premium_keys.create_ec_key("out", hardware_protected=True, exportable=True, release_policy=policy)
    assert out.properties.exportable and json.loads(out.properties.release_policy.encoded_policy) == rules
    refuses(
        HttpResponseError,
        lambda: premium_keys.release_key("out", "a.b.c"),
        "Target environment attestation statement cannot be verified.",
    )


@check("a key is imported, RSA and EC")
def _():
    private = rsa.generate_private_key(65537, 2048)
    numbers = private.private_numbers()
    octets = lambda number: number.to_bytes((number.bit_length() + 7) // 8, "big")
    jwk = JsonWebKey(
        kty="RSA",
        key_ops=["sign", "verify", "decrypt", "encrypt"],
        n=octets(numbers.public_numbers.n),
        e=octets(65537),
        d=octets(numbers.d),
        p=octets(numbers.p),
        q=octets(numbers.q),
        dp=octets(numbers.dmp1),
        dq=octets(numbers.dmq1),
        qi=octets(numbers.iqmp),
    )
    made = keys.import_key("brought", jwk, tags={"from": "file"})
    assert made.key.n == jwk.n and made.key.d is None and made.properties.tags == {"from": "file"}
    curve = ec.generate_private_key(ec.SECP256R1()).private_numbers()
    made = keys.import_key(
        "brought-ec",
        JsonWebKey(
            kty="EC",
            crv="P-256",
            x=curve.public_numbers.x.to_bytes(32, "big"),
            y=curve.public_numbers.y.to_bytes(32, "big"),
            d=curve.private_value.to_bytes(32, "big"),
        ),
    )
    assert made.key.crv == "P-256"


@check("a key rotates, by a policy")
def _():
    policy = KeyRotationPolicy(
        lifetime_actions=[
            KeyRotationLifetimeAction(KeyRotationPolicyAction.rotate, time_after_create="P30D"),
            KeyRotationLifetimeAction(KeyRotationPolicyAction.notify, time_before_expiry="P30D"),
        ],
        expires_in="P90D",
    )
    set_policy = keys.update_key_rotation_policy("rsa", policy)
    assert set_policy.expires_in == "P90D" and len(set_policy.lifetime_actions) == 2
    assert keys.get_key_rotation_policy("rsa").expires_in == "P90D"
    before = keys.get_key("rsa").properties.version
    after = keys.rotate_key("rsa")
    assert after.properties.version != before and after.properties.expires_on


@check("a key is deleted, listed, recovered, backed up, purged, restored")
def _():
    version = keys.get_key("brought").properties.version
    blob = keys.backup_key("brought")
    assert keys.begin_delete_key("brought").result().recovery_id == f"{url}/deletedkeys/brought"
    assert "brought" in {each.name for each in keys.list_deleted_keys()}
    assert keys.get_deleted_key("brought").name == "brought"
    assert keys.begin_recover_deleted_key("brought").result().name == "brought"
    refuses(ResourceExistsError, lambda: keys.restore_key_backup(blob), "conflict restoring the key")
    keys.begin_delete_key("brought").result()
    keys.purge_deleted_key("brought")
    refuses(ResourceNotFoundError, lambda: keys.get_deleted_key("brought"), "KeyNotFound")
    assert keys.restore_key_backup(blob).properties.version == version


# Cryptography: the client does public operations itself if it may read the key, so a second one is
# asked for what the vault answers: through the address alone.

keys.create_rsa_key("crypto")
rsa_client = keys.get_cryptography_client("crypto")
for algorithm in [EncryptionAlgorithm.rsa_oaep, EncryptionAlgorithm.rsa_oaep_256, EncryptionAlgorithm.rsa1_5]:

    @check(f"a text is encrypted by {algorithm.value}, and decrypted in the vault")
    def _():
        sealed = rsa_client.encrypt(algorithm, b"plain")
        assert rsa_client.decrypt(algorithm, sealed.ciphertext).plaintext == b"plain"


for algorithm in [KeyWrapAlgorithm.rsa_oaep, KeyWrapAlgorithm.rsa_oaep_256, KeyWrapAlgorithm.rsa1_5]:

    @check(f"a key is wrapped by {algorithm.value}, and unwrapped in the vault")
    def _():
        wrapped = rsa_client.wrap_key(algorithm, b"k" * 32)
        assert rsa_client.unwrap_key(algorithm, wrapped.encrypted_key).key == b"k" * 32


for name in ["rs256", "rs384", "rs512", "ps256", "ps384", "ps512"]:

    @check(f"{name.upper()}: signed in the vault, verified outside and in the vault")
    def _():
        algorithm = getattr(SignatureAlgorithm, name)
        digest = hashlib.new(f"sha{name[2:]}", b"data").digest()
        signed = rsa_client.sign(algorithm, digest)
        assert rsa_client.verify(algorithm, digest, signed.signature).is_valid
        other = hashlib.new(f"sha{name[2:]}", b"other").digest()
        assert not rsa_client.verify(algorithm, other, signed.signature).is_valid


for curve, name, size in [
    ("P-256", "es256", 256),
    ("P-384", "es384", 384),
    ("P-521", "es512", 512),
    ("P-256K", "es256_k", 256),
]:

    @check(f"{name.upper()}: signed in the vault, verified outside")
    def _():
        client = keys.get_cryptography_client(f"ec-{curve}")
        digest = hashlib.new(f"sha{size}", b"data").digest()
        algorithm = getattr(SignatureAlgorithm, name)
        signed = client.sign(algorithm, digest)
        assert client.verify(algorithm, digest, signed.signature).is_valid


@check("a key that may only sign does not decrypt")
def _():
    keys.create_rsa_key("sign-only", key_operations=["sign"])
    client = keys.get_cryptography_client("sign-only")
    refuses(HttpResponseError, lambda: client.decrypt(EncryptionAlgorithm.rsa_oaep, b"x" * 256), "KeyOperationForbidden")


# Certificates.


@check("a self-signed certificate is created by the default policy")
def _():
    made = certificates.begin_create_certificate("self", CertificatePolicy.get_default(), tags={"a": "1"}).result()
    assert made.name == "self" and made.properties.tags == {"a": "1"} and made.properties.x509_thumbprint
    assert x509.load_der_x509_certificate(bytes(made.cer)).subject.rfc4514_string() == "CN=DefaultPolicy"
    assert made.key_id.startswith(f"{url}/keys/self/") and made.secret_id.startswith(f"{url}/secrets/self/")


@check("a certificate by a policy of its own: names, usage, actions, an EC key")
def _():
    policy = CertificatePolicy(
        WellKnownIssuerNames.self,
        subject="CN=own.contoso.com",
        san_dns_names=["own.contoso.com", "alias.contoso.com"],
        key_type="EC",
        key_curve_name="P-384",
        exportable=True,
        reuse_key=False,
        content_type=CertificateContentType.pem,
        validity_in_months=6,
        key_usage=["digitalSignature"],
        enhanced_key_usage=["1.3.6.1.5.5.7.3.2"],
        lifetime_actions=[LifetimeAction(CertificatePolicyAction.email_contacts, lifetime_percentage=70)],
    )
    made = certificates.begin_create_certificate("own", policy).result()
    seen = certificates.get_certificate_policy("own")
    assert seen.key_type == "EC" and seen.key_curve_name == "P-384", (seen.key_type, seen.key_curve_name)
    assert seen.san_dns_names == ["own.contoso.com", "alias.contoso.com"], seen.san_dns_names
    assert seen.validity_in_months == 6 and seen.content_type == "application/x-pem-file"
    assert seen.lifetime_actions[0].action == "EmailContacts" and seen.lifetime_actions[0].lifetime_percentage == 70
    assert seen.created_on and seen.enabled
    read = x509.load_der_x509_certificate(bytes(made.cer))
    names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["own.contoso.com", "alias.contoso.com"]
    assert read.public_key().curve.name == "secp384r1"
    pem = secrets.get_secret("own").value
    private = serialization.load_pem_private_key(pem.encode(), None)
    assert private.public_key().public_numbers() == read.public_key().public_numbers()


@check("a certificate's version, versions, list and properties")
def _():
    first = certificates.get_certificate("self")
    certificates.begin_create_certificate("self", CertificatePolicy.get_default()).result()
    version = certificates.get_certificate_version("self", first.properties.version)
    assert version.cer == first.cer
    assert len(list(certificates.list_properties_of_certificate_versions("self"))) == 2
    assert {"self", "own"} <= {each.name for each in certificates.list_properties_of_certificates()}
    changed = certificates.update_certificate_properties("self", enabled=False, tags={"b": "2"})
    assert changed.properties.tags == {"b": "2"} and changed.properties.enabled is False
    certificates.update_certificate_properties("self", enabled=True)


@check("a certificate's policy is changed")
def _():
    policy = certificates.get_certificate_policy("self")
    policy._validity_in_months = 24
    assert certificates.update_certificate_policy("self", policy).validity_in_months == 24


def brought(password=None):
    """A certificate and its key, as PEM and as PKCS#12."""
    from cryptography.hazmat.primitives.serialization import pkcs12

    private = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "brought")])
    now = datetime.utcnow()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(private, hashes.SHA256())
    )
    form = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + made.public_bytes(serialization.Encoding.PEM)
    return made, pem, pkcs12.serialize_key_and_certificates(b"brought", private, made, None, form)


@check("a certificate is imported as PEM")
def _():
    made, pem, _ = brought()
    policy = CertificatePolicy(WellKnownIssuerNames.self, content_type=CertificateContentType.pem)
    seen = certificates.import_certificate("pem", pem, policy=policy, tags={"from": "file"})
    assert bytes(seen.cer) == made.public_bytes(serialization.Encoding.DER) and seen.properties.tags == {"from": "file"}


@check("a certificate is imported as PKCS#12, without a password and with one")
def _():
    made, _, pfx = brought()
    seen = certificates.import_certificate("pfx", pfx)
    assert bytes(seen.cer) == made.public_bytes(serialization.Encoding.DER)
    made, _, pfx = brought(b"s3cret")
    seen = certificates.import_certificate("pfx", pfx, password="s3cret")
    assert bytes(seen.cer) == made.public_bytes(serialization.Encoding.DER)
    refuses(
        HttpResponseError,
        lambda: certificates.import_certificate("pfx", pfx, password="wrong"),
        "BadParameter",
    )


@check("a certificate signed elsewhere is merged with its key")
def _():
    policy = CertificatePolicy(WellKnownIssuerNames.unknown, subject="CN=merged", certificate_transparency=False)
    certificates.begin_create_certificate("merged", policy)
    operation = certificates.get_certificate_operation("merged")
    assert operation.status.lower() == "inprogress" and operation.issuer_name == "Unknown", operation.status
    request = x509.load_der_x509_csr(bytes(operation.csr))
    assert request.is_signature_valid and request.subject.rfc4514_string() == "CN=merged"
    assert certificates.get_certificate("merged").properties.enabled is False
    authority = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
    now = datetime.utcnow()
    signed = (
        x509.CertificateBuilder()
        .subject_name(request.subject)
        .issuer_name(issuer)
        .public_key(request.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=30))
        .sign(authority, hashes.SHA256())
    ).public_bytes(serialization.Encoding.DER)
    other, _, _ = brought()
    refuses(
        HttpResponseError,
        lambda: certificates.merge_certificate("merged", [other.public_bytes(serialization.Encoding.DER)]),
        "BadParameter",
    )
    made = certificates.merge_certificate("merged", [signed])
    assert bytes(made.cer) == signed and made.properties.enabled
    assert certificates.get_certificate_operation("merged").status == "completed"


@check("a certificate's operation is cancelled and deleted")
def _():
    policy = CertificatePolicy(WellKnownIssuerNames.unknown, subject="CN=given-up")
    certificates.begin_create_certificate("given-up", policy)
    assert certificates.cancel_certificate_operation("given-up").cancellation_requested
    assert certificates.delete_certificate_operation("given-up").name == "given-up"
    refuses(
        ResourceNotFoundError,
        lambda: certificates.get_certificate_operation("given-up"),
        "Pending certificate not found: given-up",
    )


@check("a certificate is deleted, listed, recovered, backed up, purged, restored")
def _():
    before = certificates.get_certificate("self")
    blob = certificates.backup_certificate("self")
    assert certificates.begin_delete_certificate("self").result().recovery_id == f"{url}/deletedcertificates/self"
    assert "self" in {each.name for each in certificates.list_deleted_certificates()}
    assert certificates.get_deleted_certificate("self").name == "self"
    refuses(ResourceNotFoundError, lambda: secrets.get_secret("self"))
    certificates.begin_recover_deleted_certificate("self").result()
    refuses(ResourceExistsError, lambda: certificates.restore_certificate_backup(blob), "conflict restoring")
    certificates.begin_delete_certificate("self").result()
    certificates.purge_deleted_certificate("self")
    assert certificates.restore_certificate_backup(blob).cer == before.cer
    assert secrets.get_secret("self").properties.key_id == before.key_id


@check("a certificate by an issuer of the vault waits, is granted or cancelled")
def _():
    certificates.create_issuer("digicert", "DigiCert", account_id="me", password="hidden")
    for name in ("granted", "stopped"):
        certificates.begin_create_certificate(name, CertificatePolicy("digicert", subject=f"CN={name}, O=Contoso"))
    refuses(
        ResourceExistsError,
        lambda: certificates.begin_create_certificate("granted", CertificatePolicy("digicert", subject="CN=x")),
        "status is inProgress",
    )
    refuses(HttpResponseError, lambda: certificates.merge_certificate("granted", [b"x"]), "Merge is forbidden")
    control("grantCertificate", {"vault": "batch-vault", "name": "granted"})
    made = certificates.get_certificate("granted")
    seen = x509.load_der_x509_certificate(bytes(made.cer))
    assert seen.subject.rfc4514_string() == "CN=granted,O=Contoso" and made.policy.issuer_name == "digicert"
    version = certificates.get_certificate_version("granted", made.properties.version)
    assert version.cer == made.cer
    assert certificates.cancel_certificate_operation("stopped").status == "inProgress"
    assert certificates.get_certificate_operation("stopped").status == "cancelled"
    certificates.delete_issuer("digicert")


@check("contacts are set, read and deleted")
def _():
    refuses(ResourceNotFoundError, certificates.get_contacts, "ContactsNotFound")
    certificates.set_contacts([CertificateContact(email="ops@contoso.com", name="Ops", phone="1")])
    assert [each.email for each in certificates.get_contacts()] == ["ops@contoso.com"]
    assert [each.name for each in certificates.delete_contacts()] == ["Ops"]


@check("issuers are created, listed, changed and deleted")
def _():
    admin = AdministratorContact(first_name="A", last_name="B", email="a@contoso.com", phone="1")
    made = certificates.create_issuer(
        "ca", "Test", account_id="me", password="hidden", organization_id="org", admin_contacts=[admin], enabled=True
    )
    assert made.provider == "Test" and made.account_id == "me" and made.password is None
    assert made.organization_id == "org" and made.admin_contacts[0].email == "a@contoso.com"
    assert [each.name for each in certificates.list_properties_of_issuers()] == ["ca"]
    assert certificates.update_issuer("ca", enabled=False).enabled is False
    assert certificates.get_issuer("ca").name == "ca"
    assert certificates.delete_issuer("ca").name == "ca"
    refuses(ResourceNotFoundError, lambda: certificates.get_issuer("ca"), "CertificateIssuerNotFound")


@check("a caller without a role is refused in the vault's words")
def _():
    from msal import ConfidentialClientApplication

    app = ConfidentialClientApplication(
        ready["clientId"], ready["clientSecret"], f"https://login.microsoftonline.com/{ready['tenantId']}"
    )
    token = app.acquire_token_for_client(["https://graph.microsoft.com/.default"])["access_token"]
    answer = requests.get(f"{url}/secrets?api-version=7.3", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401 and "AKV10022" in answer.json()["error"]["message"]
    assert answer.headers["WWW-Authenticate"].startswith("Bearer authorization=")


finish("Key Vault's Python clients")

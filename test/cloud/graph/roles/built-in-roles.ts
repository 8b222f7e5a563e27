/** A built-in role of Entra: the id is the same in every tenant. */
export interface BuiltInRole {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
}

/** Entra's built-in roles, without those for single products (permissions-reference, 2026-01). */
const LINES = `
9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3|Application Administrator|Can create and manage all aspects of app registrations and enterprise apps.
cf1c38e5-3621-4004-a7cb-879624dced7c|Application Developer|Can create application registrations independent of the 'Users can register applications' setting.
58a13ea3-c632-46ae-9ee0-9c0d43cd7f3d|Attribute Assignment Administrator|Assign custom security attribute keys and values to supported Microsoft Entra objects.
ffd52fa5-98dc-465c-991d-fc073eb59f8f|Attribute Assignment Reader|Read custom security attribute keys and values for supported Microsoft Entra objects.
8424c6f0-a189-499e-bbd0-26c1753c96d4|Attribute Definition Administrator|Define and manage the definition of custom security attributes.
1d336d2c-4ae8-42ef-9711-b3604ce3fc2c|Attribute Definition Reader|Read the definition of custom security attributes.
c4e39bd9-1100-46d3-8c65-fb160da0071f|Authentication Administrator|Can access to view, set and reset authentication method information for any non-admin user.
0526716b-113d-4c15-b2c8-68e3c22b9f80|Authentication Policy Administrator|Can create and manage the authentication methods policy, tenant-wide MFA settings, password protection policy, and verifiable credentials.
7495fdc4-34c4-4d15-a289-98788ce399fd|Azure Information Protection Administrator|Can manage all aspects of the Azure Information Protection product.
b0f54661-2d74-4c50-afa3-1ec803f12efe|Billing Administrator|Can perform common billing related tasks like updating payment information.
892c5842-a9a6-463a-8041-72aa08ca3cf6|Cloud App Security Administrator|Can manage all aspects of the Defender for Cloud Apps product.
158c047a-c907-4556-b7ef-446551a6b5f7|Cloud Application Administrator|Can create and manage all aspects of app registrations and enterprise apps except App Proxy.
7698a772-787b-4ac8-901f-60d6b08affd2|Cloud Device Administrator|Limited access to manage devices in Microsoft Entra ID.
17315797-102d-40b4-93e0-432062caca18|Compliance Administrator|Can read and manage compliance configuration and reports in Microsoft Entra ID and Microsoft 365.
b1be1c3e-b65d-4f19-8427-f6fa0d97feb9|Conditional Access Administrator|Can manage Conditional Access capabilities.
88d8e3e3-8f55-4a1e-953a-9b9898b8876b|Directory Readers|Can read basic directory information. Commonly used to grant directory read access to applications and guests.
d29b2b05-8046-44ba-8758-1e26182fcf32|Directory Synchronization Accounts|Only used by Microsoft Entra Connect service.
9360feb5-f418-4baa-8175-e2a00bac4301|Directory Writers|Can read and write basic directory information. For granting access to applications, not intended for users.
8329153b-31d0-4727-b945-745eb3bc5f31|Domain Name Administrator|Can manage domain names in cloud and on-premises.
29232cdf-9323-42fd-ade2-1d097af3e4de|Exchange Administrator|Can manage all aspects of the Exchange product.
31392ffb-586c-42d1-9346-e59415a2cc4e|Exchange Recipient Administrator|Can create or update Exchange Online recipients within the Exchange Online organization.
be2f45a1-457d-42af-a067-6ec1fa63bc45|External Identity Provider Administrator|Can configure identity providers for use in direct federation.
a9ea8996-122f-4c74-9520-8edcd192826c|Fabric Administrator|Can manage all aspects of the Fabric and Power BI products.
62e90394-69f5-4237-9190-012177145e10|Global Administrator|Can manage all aspects of Microsoft Entra ID and Microsoft services that use Microsoft Entra identities.
f2ef992c-3afb-46b9-b7cf-a126ee74c451|Global Reader|Can read everything that a Global Administrator can, but not update anything.
fdd7a751-b60b-444a-984c-02652fe8fa1c|Groups Administrator|Members of this role can create/manage groups, create/manage groups settings like naming and expiration policies, and view groups activity and audit reports.
95e79109-95c0-4d8e-aee3-d01accf2d47b|Guest Inviter|Can invite guest users independent of the 'members can invite guests' setting.
729827e3-9c14-49f7-bb1b-9608f156bbb8|Helpdesk Administrator|Can reset passwords for non-administrators and Helpdesk Administrators.
8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2|Hybrid Identity Administrator|Manage Active Directory to Microsoft Entra cloud provisioning, Microsoft Entra Connect, pass-through authentication (PTA), password hash synchronization (PHS), seamless single sign-on (seamless SSO), and federation settings.
45d8d3c5-c802-45c6-b32a-1d70b5e1e86e|Identity Governance Administrator|Manage access using Microsoft Entra ID for identity governance scenarios.
3a2c62db-5318-420d-8d74-23affee5d9d5|Intune Administrator|Can manage all aspects of the Intune product.
4d6ac14f-3453-41d0-bef9-a3e0c569773a|License Administrator|Can manage product licenses on users and groups.
59d46f88-662b-457b-bceb-5c3809e5908f|Lifecycle Workflows Administrator|Create and manage all aspects of workflows and tasks associated with Lifecycle Workflows in Microsoft Entra ID.
ac16e43d-7b2d-40e0-ac05-243ff356ab5b|Message Center Privacy Reader|Can read security messages and updates in Office 365 Message Center only.
790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b|Message Center Reader|Can read messages and updates for their organization in Office 365 Message Center only.
9f06204d-73c1-4d4c-880a-6edb90606fd8|Microsoft Entra Joined Device Local Administrator|Users assigned to this role are added to the local administrators group on Microsoft Entra joined devices.
2b745bdf-0803-4d80-aa65-822c4493daac|Office Apps Administrator|Can manage Office apps cloud services, including policy and settings management, and manage the ability to select, unselect and publish 'what's new' feature content to end-user's devices.
4ba39ca4-527c-499a-b93d-d9b492c50246|Partner Tier1 Support|Do not use - not intended for general use.
e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8|Partner Tier2 Support|Do not use - not intended for general use.
966707d0-3269-4727-9be2-8c3a10f19b9d|Password Administrator|Can reset passwords for non-administrators and Password Administrators.
11648597-926c-4cf3-9c36-bcebb0ba8dcc|Power Platform Administrator|Can create and manage all aspects of Microsoft Dynamics 365, Power Apps and Power Automate.
7be44c8a-adaf-4e2a-84d6-ab2649e08a13|Privileged Authentication Administrator|Can access to view, set and reset authentication method information for any user (admin or non-admin).
e8611ab8-c189-46e8-94e1-60213ab1f814|Privileged Role Administrator|Can manage role assignments in Microsoft Entra ID, and all aspects of Privileged Identity Management.
4a5d8f65-41da-4de4-8968-e035b65339cf|Reports Reader|Can read sign-in and audit reports.
0964bb5e-9bdb-4d7b-ac29-58e794862a40|Search Administrator|Can create and manage all aspects of Microsoft Search settings.
194ae4cb-b126-40b2-bd5b-6091b380977d|Security Administrator|Can read security information and reports, and manage configuration in Microsoft Entra ID and Office 365.
5f2222b1-57c3-48ba-8ad5-d4759f1fde6f|Security Operator|Creates and manages security events.
5d6b6bb7-de71-4623-b4af-96380a352509|Security Reader|Can read security information and reports in Microsoft Entra ID and Office 365.
f023fd81-a637-4b56-95fd-791ac0226033|Service Support Administrator|Can read service health information and manage support tickets.
f28a1f50-f6e7-4571-818b-6a12f2af6b6c|SharePoint Administrator|Can manage all aspects of the SharePoint service.
75941009-915a-4869-abe7-691bff18279e|Skype for Business Administrator|Can manage all aspects of the Skype for Business product.
69091246-20e8-4a56-aa4d-066075b2a7a8|Teams Administrator|Can manage the Microsoft Teams service.
75934031-6c7e-415a-99d7-48dbd49e875e|Usage Summary Reports Reader|Read Usage reports and Adoption Score, but can't access user details.
fe930be7-5e62-47db-91af-98c3a49a38b1|User Administrator|Can manage all aspects of users and groups, including resetting passwords for limited admins.
11451d60-acb2-45eb-a7d6-43d0f0125c13|Windows 365 Administrator|Can provision and manage all aspects of Cloud PCs.
d2562ede-74db-457e-a7b6-544e236ebb61|AI Administrator|Manage all aspects of Microsoft 365 Copilot and AI-related enterprise services in Microsoft 365.
db506228-d27e-4b7d-95e5-295956d6615f|Agent ID Administrator|Manage all aspects of agents in a tenant including identity lifecycle operations for agent blueprints, agent service principals, agent identities, and agentic users.
963797fb-eb3b-4cde-8ce3-5878b3f32a3f|Dynamics 365 Business Central Administrator|Access and perform all administrative tasks on Dynamics 365 Business Central environments.
ac434307-12b9-4fa1-a708-88bf58caabc1|Global Secure Access Administrator|Create and manage all aspects of Global Secure Internet Access and Microsoft Global Secure Private Access, including managing access to public and private endpoints.
b5a8dcf3-09d5-43a9-a639-8e29ef291470|Knowledge Administrator|Can configure knowledge, learning, and other intelligent features.
744ec460-397e-42ad-a462-8b3f9747a02c|Knowledge Manager|Can organize, create, manage, and promote topics and knowledge.
99009c4a-3b3f-4957-82a9-9d35e12db77e|SharePoint Advanced Management Administrator|Manage all aspects of SharePoint Advanced Management.
27460883-1df1-4691-b032-3b79643e5e63|User Experience Success Manager|View product feedback, survey results, and reports to find training and communication opportunities.
810a2642-a034-447f-a5e8-41beaa378541|Yammer Administrator|Manage all aspects of the Yammer service.
`;

export const BUILT_IN_ROLES: readonly BuiltInRole[] = LINES.trim()
  .split("\n")
  .map((line) => {
    const [id = "", displayName = "", description = ""] = line.split("|");
    return { id, displayName, description };
  });

/** The role with this id or name. */
export const builtInRole = (idOrName: string): BuiltInRole | undefined =>
  BUILT_IN_ROLES.find(
    ({ id, displayName }) => id === idOrName.toLowerCase() || displayName === idOrName,
  );

/** Who inherits nothing from it, inherits its permissions: every other role does (unifiedroledefinition-get). */
export const DIRECTORY_READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b";

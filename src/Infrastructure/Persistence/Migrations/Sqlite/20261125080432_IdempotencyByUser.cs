using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class IdempotencyByUser : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_idempotent_requests_Operation_Key",
                table: "idempotent_requests");

            migrationBuilder.AddColumn<double>(
                name: "ElapsedSeconds",
                table: "training_jobs",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Owner",
                table: "idempotent_requests",
                type: "TEXT",
                maxLength: 256,
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateIndex(
                name: "IX_idempotent_requests_Owner_Operation_Key",
                table: "idempotent_requests",
                columns: new[] { "Owner", "Operation", "Key" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_idempotent_requests_Owner_Operation_Key",
                table: "idempotent_requests");

            migrationBuilder.DropColumn(
                name: "ElapsedSeconds",
                table: "training_jobs");

            migrationBuilder.DropColumn(
                name: "Owner",
                table: "idempotent_requests");

            migrationBuilder.CreateIndex(
                name: "IX_idempotent_requests_Operation_Key",
                table: "idempotent_requests",
                columns: new[] { "Operation", "Key" },
                unique: true);
        }
    }
}
